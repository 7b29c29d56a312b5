from tests.api.fund_house import *
from tests.api.fund_house import deposits, interest, first_deposits, PATH, PAGE
import json
def test_try(house):
    deposits(house); first_deposits(house, 300_000)
    interest(house, {"1201": 333, "1202": 333}, "2026-03-02")
    house.fleet.lift("L-7")
    case = repaired(house)
    print(json.dumps(house.year(), ensure_ascii=False, indent=1))
    print(house.raw("ow", PATH+"?format=csv").text)
    __import__("pathlib").Path("/tmp/try.pdf").write_bytes(house.raw("ow", PATH+"?format=pdf").content)
    __import__("pathlib").Path("/tmp/try.html").write_text(house.raw("ow", PAGE).text)
