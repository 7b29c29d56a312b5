"""The pages people look at: rendered here, kept live by the stream, in Chinese and English."""
