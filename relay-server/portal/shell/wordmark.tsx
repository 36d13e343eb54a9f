/** The name with its sign: a road over water. */
import mark from '../favicon.svg';
import classes from './shell.module.css';

export function Wordmark() {
  return (
    <span className={classes.wordmark}>
      <img src={mark} width={28} height={28} alt="" />
      Causeway
    </span>
  );
}
