00:00  event  id=e1 edge=open code=machine_room_hot
05:00  event  id=e1 edge=close code=machine_room_hot
06:00  event  id=e2 edge=open dialect=jiangsu raw_code="99"
