//! Session descriptions: parse, print, parse again; and an exchange with whatever the other side sends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::sdp::{Direction, LocalMedia, OfferAnswer, Session};

fuzz_target!(|bytes: &[u8]| {
    let media = LocalMedia::new([192, 0, 2, 1].into(), 4000);
    if let Ok(session) = Session::parse(bytes) {
        let text = session.to_string();
        let again = Session::parse(text.as_bytes()).expect("what was written can be read");
        assert_eq!(again.to_string(), text);
        assert_eq!(again.media.len(), session.media.len());
        for line in &session.media {
            let _ = (
                session.direction(line),
                session.is_held_by_address(line),
                line.ptime(),
                line.rtcp_port(),
            );
            let _ = line.rtpmaps().count();
        }
    }
    // As an offer: the answer has as many lines, in the same order (RFC 3264 §6).
    let mut theirs = OfferAnswer::new(1);
    if let Ok(answer) = theirs.on_offer(bytes, &media, Direction::SendRecv) {
        let answer = answer.to_owned();
        let offered = Session::parse(bytes).expect("it was answered").media.len();
        assert_eq!(
            Session::parse(answer.as_bytes())
                .expect("our own")
                .media
                .len(),
            offered
        );
        let _ = theirs.agreed();
    }
    // As an answer, then as a later offer of the peer, then refused.
    let mut ours = OfferAnswer::new(2);
    let _ = ours.make_offer(&media, Direction::SendRecv).map(str::len);
    let _ = ours.preview(bytes);
    let _ = ours.on_answer(bytes);
    let _ = ours.agreed();
    ours.on_rejected();
    if ours.receive_offer(bytes).is_ok() {
        let _ = ours.refuse_streams(&media).map(str::len);
    }
    let _ = ours.make_offer(&media, Direction::SendOnly).map(str::len);
    ours.on_rejected();
    let _ = ours.repeat_offer().map(str::len);
});
