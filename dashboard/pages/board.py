from dashboard.board import VIEW
from dashboard.shell import show

show(VIEW)
