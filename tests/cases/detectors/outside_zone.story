00:00  state  car=moving speed_mps=1 in_door_zone=false
00:10  state  car=stopped speed_mps=0 safety_chain_ok=false
01:20  state  safety_chain_ok=false
02:00  state  safety_chain_ok=true
03:10  state  safety_chain_ok=true
04:00  state  in_door_zone=true
