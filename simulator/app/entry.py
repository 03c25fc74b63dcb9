"""What `scaleup app` hands to Streamlit."""

from simulator.app.site import show

show()
