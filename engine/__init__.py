"""Everything that computes. Knows no Streamlit and no Plotly."""
