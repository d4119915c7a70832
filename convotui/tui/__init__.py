"""The app: screens, widgets and overlays on Textual, and the bridge to the engine."""
