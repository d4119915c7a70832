"""One thread owns every model: work goes in as jobs and comes out as events."""
