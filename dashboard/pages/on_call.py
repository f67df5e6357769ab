from dashboard.on_call import VIEW
from dashboard.shell import show

show(VIEW)
