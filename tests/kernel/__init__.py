"""The words that every service shares, each rule by hand-made cases and by laws that hold for all input."""
