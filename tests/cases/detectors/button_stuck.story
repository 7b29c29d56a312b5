00:00  state    floor=1
00:30  press    panel=car floor=2
00:30.4 release  panel=car floor=2
01:00  press    panel=landing floor=5 direction=up
02:00  release  panel=landing floor=5 direction=up
03:00  press    panel=landing floor=5 direction=up
03:00.5 release  panel=landing floor=5 direction=up
04:00  press    panel=landing floor=5 direction=up
04:00.5 release  panel=landing floor=5 direction=up
05:00  press    panel=landing floor=5 direction=up
05:00.5 release  panel=landing floor=5 direction=up
