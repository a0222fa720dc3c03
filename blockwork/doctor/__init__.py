"""What will get in somebody's way: on the machine, and in the app that was synthesised last.

::

    from blockwork.doctor.examine import examine

    for finding in examine(Path("cdk.out")):
        print(finding)
"""
