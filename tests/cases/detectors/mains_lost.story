00:00  state  mains_ok=true
00:10  state  mains_ok=false
00:30  state  mains_ok=false
01:00  state  mains_ok=true
02:30  state  mains_ok=true
