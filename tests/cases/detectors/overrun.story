00:00    register  floors=[{"index":1,"height_m":0.0},{"index":2,"height_m":3.0},{"index":3,"height_m":6.0}]
00:10    state  floor=3 car=moving speed_mps=1.0 position_m=5.5 in_door_zone=false
00:10.5  state  floor=3 speed_mps=0.8 position_m=5.95 in_door_zone=true
00:11    state  floor=3 speed_mps=0.4 position_m=6.25
00:11.5  state  floor=3 car=stopped speed_mps=0.0 position_m=6.35
