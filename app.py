"""The app, for `streamlit run app.py` and for deployment; `scaleup app` shows the same page."""

from simulator.app.site import show

show()
