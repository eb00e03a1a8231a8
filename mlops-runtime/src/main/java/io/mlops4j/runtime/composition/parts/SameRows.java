package io.mlops4j.runtime.composition.parts;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.serving.ComposedCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Members that get the same rows. They run one after another, or side by side on idle threads where
 * the measured times say that this is faster. Thread safe.
 */
final class SameRows {
  private final List<Member> members;
  private final MemberTimes times;

  SameRows(List<Member> members) {
    this(members, new MemberTimes());
  }

  SameRows(List<Member> members, MemberTimes times) {
    this.members = List.copyOf(members);
    this.times = times;
  }

  /**
   * Calls all members.
   *
   * @return their answers, in their order, which the caller closes
   */
  List<Prediction> ask(FeatureBatch batch, ComposedCall call) {
    MemberTimes.Way way =
        members.size() < 2 ? MemberTimes.Way.UNMEASURED : times.choose(batch.rows());
    return way == MemberTimes.Way.UNMEASURED
        ? askInTurn(batch, call)
        : askMeasured(batch, call, way);
  }

  private List<Prediction> askInTurn(FeatureBatch batch, ComposedCall call) {
    List<Prediction> answers = new ArrayList<>(members.size());
    boolean complete = false;
    try {
      for (Member member : members) {
        answers.add(member.ask(batch, call));
      }
      complete = true;
      return answers;
    } finally {
      if (!complete) {
        answers.forEach(Prediction::close);
      }
    }
  }

  private List<Prediction> askMeasured(FeatureBatch batch, ComposedCall call, MemberTimes.Way way) {
    long start = System.nanoTime();
    @Nullable Answer[] answers = new Answer[members.size()];
    ComposedCall.Task task =
        (number, rows) -> {
          long began = System.nanoTime();
          Prediction answer = members.get(number).ask(rows, call);
          answers[number] = new Answer(answer, System.nanoTime() - began);
        };
    boolean complete = false;
    try {
      if (way == MemberTimes.Way.SIDE_BY_SIDE) {
        call.sideBySide(members.size(), batch, task);
      } else {
        for (int i = 0; i < answers.length; i++) {
          task.run(i, batch);
        }
      }
      complete = true;
    } finally {
      for (Answer answer : answers) {
        if (!complete && answer != null) {
          answer.prediction().close();
        }
      }
    }
    long took = System.nanoTime() - start;
    List<Prediction> all = new ArrayList<>(answers.length);
    long sum = 0;
    long longest = 0;
    for (Answer one : answers) {
      Answer answer = Objects.requireNonNull(one);
      all.add(answer.prediction());
      sum += answer.nanos();
      longest = Math.max(longest, answer.nanos());
    }
    times.add(batch.rows(), way, took, sum - longest);
    return all;
  }

  private record Answer(Prediction prediction, long nanos) {}
}
