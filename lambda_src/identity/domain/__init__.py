"""Who somebody is and what they may do. Standard library only, but for what a permission is.

What a user may do is in the claim `permissions` of their ID token: their own permissions and those
of their groups. A change takes effect with the user's next token: when they sign in, or when their
token is refreshed, which is at most the token's validity (15 minutes) later. A web page that hears
of `PermissionsChanged` refreshes at once. Until then the old token counts, since what is checked
is the token alone: to end somebody's access now, disable the user and wait out the validity.

A token travels in a header, and API Gateway takes 10,240 bytes of those. So all permissions of a
user must fit into a claim of 4,096 bytes: 273 as long as `write:products`. Replacing somebody's
permissions by 500 distinct long ones is refused as a whole, with the number of bytes; wildcards say
the same in less. Should a user ever have more than fits, the token holds the first ones in
alphabetical order, never a cut one, and a warning is logged: too little is granted, not too much.
"""
