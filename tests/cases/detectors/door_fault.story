00:00  door  floor=1 close_s=16 result=timeout_closing
00:20  door  floor=1 close_s=16 result=timeout_closing
00:40  door  floor=1 close_s=16 result=timeout_closing
01:40  state  car_door=opening doors_closed=false
02:40  state  car_door=open
