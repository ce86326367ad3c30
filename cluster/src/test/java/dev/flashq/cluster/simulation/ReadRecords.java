package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Answers that are recorded are given when their record is there, and no others are recorded. */
final class ReadRecords {
  static final String RECORDED = "no answer that is recorded without its record";
  static final String ASKED = "no record of a question that nobody asked";

  /** What a node has told of a question, at its place in the log. */
  private record Noted(long index, Principal who, Command.NoteRead note) {}

  private final List<Noted> noted = new ArrayList<>();

  /** Policies by the indexes after which they hold. */
  private final TreeMap<Long, PolicyModel> policies = new TreeMap<>();

  void noted(long index, Principal who, Command.NoteRead note) {
    noted.add(new Noted(index, who, note));
  }

  void policy(long index, PolicyModel policy) {
    if (policies.isEmpty() || !policies.lastEntry().getValue().equals(policy)) {
      policies.put(index, policy);
    }
  }

  void judge(Simulation run, List<AskedQuestion> questions) {
    List<AskedQuestion> byEnd =
        questions.stream().sorted(Comparator.comparingLong(AskedQuestion::to)).toList();
    requireRecords(run, byEnd);
    requireQuestions(run, byEnd);
  }

  private void requireRecords(Simulation run, List<AskedQuestion> byEnd) {
    Set<Noted> used = new HashSet<>();
    for (AskedQuestion question : byEnd) {
      if (isRecordedAllTheTime(question)) {
        Noted record =
            noted.stream()
                .filter(note -> fits(question, note) && !used.contains(note))
                .findFirst()
                .orElse(null);
        if (record == null) {
          run.violated(RECORDED, question.toString());
        } else {
          used.add(record);
        }
      }
    }
  }

  /** Under each policy by which a node may have gone. */
  private boolean isRecordedAllTheTime(AskedQuestion question) {
    Long first = policies.floorKey(question.from);
    return first != null
        && question.record() != null
        && policies.subMap(first, true, question.to(), true).values().stream()
            .allMatch(question::isRecorded);
  }

  private void requireQuestions(Simulation run, List<AskedQuestion> byEnd) {
    var left = new ArrayList<>(byEnd);
    for (Noted note : noted) {
      AskedQuestion question =
          left.stream().filter(asked -> fits(asked, note)).findFirst().orElse(null);
      if (question == null) {
        run.violated(ASKED, note.toString());
      } else {
        left.remove(question);
      }
    }
  }

  private static boolean fits(AskedQuestion question, Noted note) {
    return question.mayHaveLeft(note.index, note.who, note.note);
  }
}
