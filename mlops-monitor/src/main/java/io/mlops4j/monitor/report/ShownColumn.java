package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.ExportRules;

/** Both sides of a column, with the rules for what may be shown. */
record ShownColumn<P extends ColumnProfile>(P reference, P current, ExportRules rules) {}
