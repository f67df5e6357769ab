from dashboard.playground import VIEW
from dashboard.shell import show

show(VIEW)
