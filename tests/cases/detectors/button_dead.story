00:00  state    floor=1
01:00  press    panel=car floor=5
02:00  press    panel=car floor=5
03:00  press    panel=car floor=5
04:00  press    panel=car floor=5
04:00.1 registered panel=car floor=5
05:00  state    floor=1
