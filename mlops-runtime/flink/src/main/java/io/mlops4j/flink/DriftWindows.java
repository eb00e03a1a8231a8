package io.mlops4j.flink;

import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.profile.Profile;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Adds the profiles of all subtasks, by window and version, in Flink's state, and compares the sums
 * with the reference. So the sums survive a restore, with any parallelism.
 */
final class DriftWindows {
  static final TypeInformation<Tuple2<String, byte[]>> PROFILE =
      Types.TUPLE(Types.STRING, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private DriftWindows() {}

  static OutputTag<Tuple2<String, byte[]>> tag() {
    return new OutputTag<>("mlops4j-profiles", PROFILE);
  }

  static DataStream<WindowDrift> of(
      SingleOutputStreamOperator<?> scored, ScoringPlan.DriftPlan plan, String uid) {
    return scored
        .getSideOutput(plan.tag())
        .keyBy(new ByVersion(), Types.STRING)
        .window(TumblingEventTimeWindows.of(Duration.ofMillis(plan.window())))
        .reduce(new Sum(), new Compare(plan.reference()), WindowDrift.type())
        .name("mlops4j drift")
        .uid(uid);
  }

  static final class ByVersion implements KeySelector<Tuple2<String, byte[]>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String getKey(Tuple2<String, byte[]> profile) {
      return profile.f0;
    }
  }

  private static final class Sum implements ReduceFunction<Tuple2<String, byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Tuple2<String, byte[]> reduce(Tuple2<String, byte[]> a, Tuple2<String, byte[]> b) {
      Profile sum = Profile.fromBytes(a.f1).merge(Profile.fromBytes(b.f1));
      return Tuple2.of(a.f0, sum.toBytes());
    }
  }

  private static final class Compare
      extends ProcessWindowFunction<Tuple2<String, byte[]>, WindowDrift, String, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private transient @Nullable Profile reference;

    Compare(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void process(
        String version,
        Context context,
        Iterable<Tuple2<String, byte[]>> sums,
        Collector<WindowDrift> out) {
      Profile with = reference;
      if (with == null) {
        with = Profile.fromBytes(bytes);
        reference = with;
      }
      for (Tuple2<String, byte[]> sum : sums) { // one
        Profile rows = Profile.fromBytes(sum.f1);
        DriftReport report = DriftReport.compare(with, rows);
        out.collect(
            new WindowDrift(
                version,
                Instant.ofEpochMilli(context.window().getStart()),
                Instant.ofEpochMilli(context.window().getEnd()),
                rows.rows(),
                report.driftedFeatures().stream().map(FeatureDrift::name).toList(),
                sum.f1));
      }
    }
  }
}
