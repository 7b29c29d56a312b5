"""What a lift's rides and doors usually are, learned: scored here without scikit-learn."""
