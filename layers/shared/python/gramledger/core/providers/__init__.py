"""What providers tell of usage over their APIs: how a page of a window is asked for, checked, and written down."""
