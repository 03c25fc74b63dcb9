"""What `scaleup app` hands to Streamlit."""

from simulator.app.page import show

show()
