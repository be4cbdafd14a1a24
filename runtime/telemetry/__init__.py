"""What leaves a process about itself: JSON logs, metrics, trace context. Never content, never a person."""
