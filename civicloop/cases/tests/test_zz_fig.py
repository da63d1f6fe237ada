import time
from civicloop.cases.tests import test_load_chicago as T
real=T.load
def load(**g):
    t=time.time(); c=time.process_time(); r=real(**g); j=r.to_json(); print({k:v for k,v in j.items() if isinstance(v,int)}, round(time.time()-t,1), round(time.process_time()-c,1)); return r
T.load=load
from civicloop.cases.tests.test_load_chicago import ChicagoComesIn
