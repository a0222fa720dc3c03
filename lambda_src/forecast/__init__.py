"""Tomorrow's weather where the retailer's customers are: it drives what they use and generate."""
