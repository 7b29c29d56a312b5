"""What a lift's messages mean: rules that know no clock, no broker and no database."""
