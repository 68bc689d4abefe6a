package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.stream.TopicCheck.Answer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which of several answers counts. */
class TopicCheckTest {
    private static final Duration PATIENCE = Duration.ofMillis(600);
    private static final Duration NONE = Duration.ZERO;

    private static final Answer WELL = new Answer(List.of(), List.of(), Optional.empty());
    private static final Answer MISSING = Answer.refusal("topics: there is no topic images");
    private static final Answer SILENCE = Answer.silence("timed out waiting for a node");

    @Test
    void believesAnAnswerOverTheSilenceAfterIt() throws InterruptedException {
        assertThat(problems(PATIENCE, MISSING, SILENCE)).containsExactly("topics: there is no topic images");
    }

    @Test
    void believesTheLatestAnswer() throws InterruptedException {
        assertThat(problems(PATIENCE, MISSING, WELL, SILENCE)).isEmpty();
        assertThat(problems(PATIENCE, SILENCE, MISSING)).containsExactly("topics: there is no topic images");
    }

    @Test
    void asksAgainWhereNobodyAnsweredAtFirst() throws InterruptedException {
        assertThat(problems(PATIENCE, SILENCE, WELL)).isEmpty();
    }

    @Test
    void saysThatNobodyAnswersOnceItsPatienceIsUsedUp() throws InterruptedException {
        assertThat(problems(NONE, SILENCE, WELL))
                .containsExactly("kafka.bootstrap-servers: no broker answers: timed out waiting for a node");
    }

    /** Asked in this order; the last answer is given for ever. */
    private static List<String> problems(Duration patience, Answer... answers) throws InterruptedException {
        ArrayDeque<Answer> left = new ArrayDeque<>(List.of(answers));
        return TopicCheck.answer(patience, timeout -> left.size() > 1 ? left.removeFirst() : left.getFirst())
                .all();
    }
}
