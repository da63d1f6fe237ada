import os, pytest
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
from django.conf import settings
from tests.cast import Cast
from civicloop.divisions.loading import load_divisions
from civicloop.divisions.boundaries import load_boundaries
from civicloop.divisions.operations import load_site_types, add_site
from civicloop.divisions.models import *
from civicloop.standards.operations import load_catalogue
from civicloop.divisions.tests.facts import *
from civicloop.kernel.tables import read
@pytest.mark.django_db(transaction=True)
def test_shots(live_server, client):
    from playwright.sync_api import sync_playwright
    cast=Cast(); load_catalogue(by=INSTALLER); load_site_types(by=INSTALLER); two_districts()
    s=add_site(by=cast.chen_jing,name="东街农贸市场（示例）",type=SiteType.objects.get(code="MKT"),division=cast.division["980101001"],longitude=118.05,latitude=34.05,address="东街 12 号")
    with sync_playwright() as p:
        b=p.chromium.launch(executable_path="/usr/bin/chromium" if os.path.exists("/usr/bin/chromium") else None, args=["--no-sandbox"])
        for who,paths in ((cast.system_admin,["/divisions/","/divisions/980101/","/divisions/?q=jie","/divisions/load/","/divisions/load/boundaries/"]),(cast.chen_jing,["/divisions/sites/","/divisions/sites/add/",f"/divisions/sites/{s.code}/"]),(cast.he_bian,["/standards/kinds/","/standards/kinds/ENV02/","/standards/kinds/ENV02/change/"])):
            client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
            for w in (1280,390):
                c=b.new_context(viewport={"width":w,"height":900}); c.add_cookies([{"name":settings.SESSION_COOKIE_NAME,"value":client.cookies[settings.SESSION_COOKIE_NAME].value,"url":live_server.url}])
                pg=c.new_page(); pg.on("console",lambda m: print("CONSOLE",m.type,m.text[:150]) if m.type=="error" else None)
                for path in paths:
                    r=pg.goto(live_server.url+path); pg.wait_for_timeout(300)
                    name=path.strip("/").replace("/","_").replace("?","_"); pg.screenshot(path=f"/tmp/places/{name}_{w}.png",full_page=(w==1280))
                    print(path,r.status, pg.evaluate("document.documentElement.scrollWidth"),w)
                if w==1280 and who is cast.system_admin:
                    pg.goto(live_server.url+"/divisions/load/"); 
                    pg.set_input_files("input[type=file]",files=[{"name":"区划.csv","mimeType":"text/csv","buffer":"code,name,parent,level\n980103,城北区,9801,district\n98x,坏,9801,district\n980101,城中区,9801,district\n".encode()}])
                    pg.click("main form button"); pg.wait_for_timeout(500); pg.screenshot(path="/tmp/places/preview.png",full_page=True); print(pg.url)
                    pg.click("text=确认载入"); pg.wait_for_timeout(500); pg.screenshot(path="/tmp/places/loaded.png",full_page=True); print(pg.url)
        b.close()
