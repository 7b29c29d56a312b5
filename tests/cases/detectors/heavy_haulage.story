00:00  ride  from_floor=1 to_floor=9 load_pct=85
05:00  ride  from_floor=9 to_floor=1 load_pct=5
10:00  ride  from_floor=1 to_floor=9 load_pct=91
20:00  ride  from_floor=1 to_floor=9 load_pct=88
30:00  ride  from_floor=9 to_floor=1 load_pct=84
40:00  ride  from_floor=1 to_floor=9 load_pct=95
105:00 ride  from_floor=1 to_floor=3 load_pct=10
