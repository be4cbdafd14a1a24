"""The words of tips: where one stands, by when it must be handled, and who may do what. Pure."""
