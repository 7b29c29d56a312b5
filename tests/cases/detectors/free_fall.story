00:00    state  position_m=20.0
00:10    state  car=moving speed_mps=0.2 position_m=20.02 brake=lifted
00:10.5  state  speed_mps=0.6 position_m=20.22 in_door_zone=false
00:11    state  speed_mps=1.0 position_m=20.62
00:11.5  state  speed_mps=1.4 position_m=21.22
