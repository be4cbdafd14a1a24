"""What the board is measured with: a province, the service that answers, and other ways to answer."""
