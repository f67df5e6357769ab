from dashboard.health import VIEW
from dashboard.shell import show

show(VIEW)
