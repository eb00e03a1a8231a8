#!/bin/sh
# Makes monitor.png of the picture that DriftReportBrowserTest leaves of a made history. Needs ImageMagick's convert; run it in the
# root of the repository after: mvn test -pl mlops-monitor -am -Dtest=DriftReportBrowserTest -Dsurefire.failIfNoSpecifiedTests=false
set -eu
convert mlops-monitor/target/pages/history-1120-LIGHT.png -crop 1120x1462+0+0 +repage -colors 64 docs/images/monitor.png
