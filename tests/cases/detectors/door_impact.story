00:00  door  floor=1 closing_force_n=120 result=closed
01:00  door  floor=1 opened_at=00:50 closing_force_n=190 result=closed
02:00  door  floor=1 obstructed_s=0.5 reopens=0 result=closed
03:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
04:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
05:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
06:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
07:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
08:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
09:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
10:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
11:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
12:00  door  floor=1 closing_force_n=100 obstructed_s=0 reopens=0 result=closed
