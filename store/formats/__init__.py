"""Published records in the forms that training programs read, and back again.

A format decides its own columns; beside them each row keeps where it comes from (``kept``), so that
nothing is lost on the way. Rows stream: memory does not grow with the version.
"""
