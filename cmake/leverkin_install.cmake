# placeholder until the library is complete
