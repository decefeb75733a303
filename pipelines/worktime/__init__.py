"""Service hours, holidays and make-up workdays become open windows, working time and due instants."""
