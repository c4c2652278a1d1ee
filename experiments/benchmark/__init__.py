"""What the program costs: rates, the floor, growth with size, memory and start-up, all measured in one call so that ratios hold."""




