00:00  state  load_pct=10
01:00  state  load_pct=120
01:05  state  load_pct=90
10:00  state  load_pct=130
10:05  state  load_pct=90
20:00  state  load_pct=115
20:30  state  load_pct=20
95:00  state  load_pct=20
