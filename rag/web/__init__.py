"""The web page: pure functions from answers to HTML, and the Gradio wiring around them."""
