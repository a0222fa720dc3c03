"""What a reading is, how files of them are read and stored, row by row. Standard library only."""
