00:00  state  machine_room_c=35
01:00  state  machine_room_c=41
02:00  state  machine_room_c=44
03:00  state  machine_room_c=43
12:00  state  machine_room_c=42
13:00  state  machine_room_c=38
24:00  state  machine_room_c=37
