# Writes real-rows/air.csv and real-rows/lakers.csv in the working directory, for truth live.other.
# Both come from Debian packages: apt-get install r-cran-spacetime r-cran-lubridate
#
# air: daily PM10 of 70 rural stations in Germany, 1998 to 2009, from AirBase of the European
#   Environment Agency, as packed in the R package spacetime (GPL 2 or later).
# lakers: play by play of all games of the Los Angeles Lakers in the season 2008/09, as packed in
#   the R package lubridate (GPL 2). The player is left out: a name of several hundred that is
#   most often new with a new opponent.
suppressMessages(library(spacetime))
dir.create("real-rows", showWarnings = FALSE)

data(air, package = "spacetime")
days <- data.frame(
  station = rep(rownames(air), times = ncol(air)),
  time = rep(dates, each = nrow(air)),
  pm10 = as.vector(air))
places <- as.data.frame(stations@coords)
names(places) <- c("lon", "lat")
days <- merge(days, cbind(station = rownames(stations@coords), places))
days <- days[!is.na(days$pm10) & days$time >= "2003-01-01" & days$time < "2007-01-01", ]
write.csv(days[order(days$time, days$station), ], "real-rows/air.csv", row.names = FALSE, na = "")

data(lakers, package = "lubridate")
clock <- do.call(rbind, strsplit(lakers$time, ":"))
left <- as.integer(clock[, 1]) * 60 + as.integer(clock[, 2])
# Games begin at 19:00; a minute of a quarter takes two, a quarter with its break half an hour.
seconds <- 19 * 3600 + (lakers$period - 1) * 1800 + (720 - left) * 2
at <- as.POSIXct(as.character(lakers$date), format = "%Y%m%d", tz = "UTC") + seconds
lakers$time <- format(at, "%Y-%m-%d %H:%M:%S")
names(lakers)[names(lakers) %in% c("x", "y")] <- c("court_x", "court_y")
lakers <- lakers[, setdiff(names(lakers), c("date", "player"))]
write.csv(lakers[order(at), ], "real-rows/lakers.csv", row.names = FALSE, na = "")
