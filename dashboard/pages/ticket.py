from dashboard.shell import show
from dashboard.ticket import VIEW

show(VIEW)
