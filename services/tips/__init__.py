"""Takes every tip in, numbers it, and sees that somebody handles it in time; anyone can check that none is missing."""
