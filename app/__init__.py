"""The web app: it draws and asks, and computes nothing."""
