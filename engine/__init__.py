"""The engine: all computation. It imports neither Streamlit nor Plotly."""
