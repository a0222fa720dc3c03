"""The HTTP contract of every API of an app as OpenAPI 3.1, made of what the app says already.

What is answered where, and who may ask, is in the synthesised templates (`templates`). What comes
in and goes out is in the handlers: the types of bodies and answers, and what the code checks on the
way to them (`walking`, `kit`). `documents` puts both together, `comparing` says what of a change
the clients would not survive.
"""
