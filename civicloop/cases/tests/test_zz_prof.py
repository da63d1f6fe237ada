import cProfile, pstats, time
from civicloop.cases.tests import test_load_chicago as T
from civicloop.cases.tests.test_load_chicago import *
class P(CityTestCase):
    def test(self):
        load_catalogue(by=INSTALLER)
        province = Division.objects.create(code="99", name="外国示例", level="province", path="0099", sort_key="99")
        Division.objects.create(code="9901", name="湖滨市（示例）", level="city", parent=province, path="00990001", sort_key="9901")
        T.CSV = b"\n".join(T.CSV.split(b"\n")[:1001])
        t=time.time(); load(dry_run=True); print("dry", time.time()-t)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext
        p=cProfile.Profile(); p.enable(); t=time.time(); load(); print("load", time.time()-t); p.disable()
        pstats.Stats(p).sort_stats("cumtime").print_stats(60)
